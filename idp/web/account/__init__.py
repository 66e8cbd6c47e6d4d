"""The account pages: a person's own ways to sign in, and where that person is signed in."""
