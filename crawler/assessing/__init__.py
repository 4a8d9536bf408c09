"""The desk where looks become verdicts: joins the probing (network), the judgement (pure) and the database for the commands."""
