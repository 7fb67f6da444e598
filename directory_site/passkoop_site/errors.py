"""Why the federation's tools cannot do what they were asked: each with a `code` and a `hint`.

As in the node: messages and hints are French, for volunteers; codes are stable and English.
"""


class SiteError(Exception):
    """Something that the federation's tools cannot or will not do. Never raised itself."""

    code = "site_error"
    hint = ""
