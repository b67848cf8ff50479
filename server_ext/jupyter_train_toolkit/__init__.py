"""What runs inside a training job; needs nothing but Python."""
