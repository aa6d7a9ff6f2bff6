"""The scopes of a draft: how general it is, and what each scope would hide."""
