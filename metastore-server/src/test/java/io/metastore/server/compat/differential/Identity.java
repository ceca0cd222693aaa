package io.metastore.server.compat.differential;

/** What a server is called: two servers cannot share it, so it is taken out of answers before they are compared. */
record Identity(long clusterId, long memberId, String clientUrl, String peerUrl) {}
