"""What we compare ourselves with: raw limits of the machine and the way that other tools do the same work."""
