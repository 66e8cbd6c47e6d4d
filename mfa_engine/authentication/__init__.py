"""Authentication, the main path of the engine: may this answer in, and what is it worth?

``check`` verifies one attempt (look, ask, record) and ``judge`` decides it; ``trigger`` and
``challenges`` are what an attempt may answer; ``assurance`` says what the proofs of a person add up
to. It knows tokens by their capabilities only, and no relying party, session or page. Start reading
at check.py.
"""
