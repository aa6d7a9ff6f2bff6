"""From marked noise to exclusions an operator can answer for: marks, drafts, the scopes, impact, attack samples, risk, cover.

Screens and verbs use: `Marks`, `Verdict`, `Draft`, `Ground`, `scopes`, `impact`, `attack samples`, `risk`, `cover`.
"""
