"""Reports that people read: made once as plain parts, written as one page that needs nothing beside it, and as PDF in either language."""
