"""The questions that use cases ask of the policies, one file a theme.

Each takes the snapshot and a subject and gives a Decision: the value, and the policies it rests on,
for audit and explanation. Each raises ``PolicyConflict`` when policies disagree; the caller refuses.
"""
