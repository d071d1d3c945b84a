"""Proofs of files about who joins whom: coalitions that form, providers, market designs, contracts and feeders."""
