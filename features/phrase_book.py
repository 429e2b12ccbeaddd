"""The phrase book: every step a feature may use."""
