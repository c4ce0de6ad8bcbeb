"""YAML files become a Course: read strictly, validated whole, immutable after."""
