"""Equilibria of the pricing, quantity and leader systems in letters: one function a file."""
