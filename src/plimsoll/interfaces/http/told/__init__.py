"""What the OpenAPI file tells beside shapes: which refusals an operation has of its own, and answers that were recorded."""
