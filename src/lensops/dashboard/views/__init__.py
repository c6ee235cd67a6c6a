"""The pages: each is a function of the overview, and draws what it is given."""
