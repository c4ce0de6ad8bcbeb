"""Check kinds for code that trains a model: was it trained, and is it a network?"""
