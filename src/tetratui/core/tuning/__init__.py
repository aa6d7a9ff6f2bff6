"""From marked noise to exclusions an operator can answer for: marks, drafts, the ladder, impact, needles, risk, cover.

Screens and verbs use: `Marks`, `Verdict`, `Draft`, `Ground`, `ladder`, `impact`, `needles`, `risk`, `cover`.
"""
