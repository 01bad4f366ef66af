"""Kokoro-82M as a voice: small, quick, a clause in one go; Hindi and English."""
