"""The page in the browser that writes in your hand."""
