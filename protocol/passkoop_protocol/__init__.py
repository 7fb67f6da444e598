"""The Pass'Koop protocol: bytes, values and rules.

Nothing in this package opens a file or a socket, reads a clock or keeps global state: whoever calls
hands over the bytes and the time, and gets a value or an error. `SPEC.md` is the text it follows;
the numbers in the comments are that text's.
"""
