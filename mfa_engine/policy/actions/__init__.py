"""The catalogue of what a policy can say: each action with scope, type, default and help text.

``core`` holds the engine's own actions, ``values`` the types of their values, ``catalogue`` joins
both with what the token types declare for themselves. Names are those of the compatible wire
format where it has one. Start reading at core.py.
"""
