"""Arithmetic of ultrasound pictures: arrays and numbers in, numbers out."""
