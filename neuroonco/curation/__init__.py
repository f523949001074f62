"""From pictures to questions."""
