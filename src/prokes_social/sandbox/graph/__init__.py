"""The part of Meta's Graph API that an office needs: Pages, their photos and posts, Instagram, insights, tokens."""
