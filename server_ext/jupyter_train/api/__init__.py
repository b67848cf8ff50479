"""The AWS wire: bytes in, validated operations, bytes out."""
