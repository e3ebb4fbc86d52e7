"""The part of X API v2 that an office needs: pictures, posts, the own timeline, numbers; OAuth 1.0a and 2.0."""
