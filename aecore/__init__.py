"""Autoencoders on MNIST: train them, measure them, look inside."""
