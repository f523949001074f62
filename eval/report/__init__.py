"""Ways to show results."""
