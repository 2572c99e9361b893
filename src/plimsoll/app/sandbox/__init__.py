"""The sandbox: clocks that live a book of their own ahead of time, a bank that lies, and people with a fate."""
