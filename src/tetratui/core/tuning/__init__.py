"""From marked noise to exclusions an operator can justify: marks, drafts, scopes, impact, attack samples, risk, cover.

Screens and verbs use: `Marks`, `Verdict`, `Draft`, `Ground`, `scopes`, `impact`, `attack samples`, `risk`, `cover`.
"""
