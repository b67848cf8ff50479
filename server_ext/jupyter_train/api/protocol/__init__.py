"""AWS protocols: JSON, query, REST-XML."""
