"""Every source of handwriting becomes one `Dataset`; lesson 01. Nothing here loads TensorFlow."""
