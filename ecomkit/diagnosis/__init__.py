"""Diagnosis: what happened, what it cost, what to do first."""
