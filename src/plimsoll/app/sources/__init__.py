"""Where evidence comes from: one shape of a source, and adapters for files, for HTTP and JSON, and for a made-up world."""
