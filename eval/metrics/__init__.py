"""Measures as plain functions."""
