"""Tables and prebuilt statements of the engine. Rows become frozen dataclasses; nothing here decides.

``base`` has the column types, ``database`` opens connections and knows the three dialects' errors;
beside them one file a table group. Statements are module constants: building one costs more than
running it.
"""
