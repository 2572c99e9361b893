"""The doors of the house: the command line and the case port; later the API and the pages."""
