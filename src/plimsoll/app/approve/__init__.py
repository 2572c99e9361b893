"""Four eyes: what needs a second person, what that person is shown, and the execution that follows when enough agreed."""
