package cli

// docsURL is where the documents are.
const docsURL = "https://github.com/clockify-sync/clockify-sync/blob/main/docs/"
