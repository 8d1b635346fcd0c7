"""The frame of the portal: settings, access, workflow, events, documents, money, pdf. It knows no domain."""
