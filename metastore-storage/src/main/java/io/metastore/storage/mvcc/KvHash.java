package io.metastore.storage.mvcc;

/** The HashKV of {@code hashRevision}, and the compact revision it was made under (-1: none). */
public record KvHash(int hash, long compactRevision, long hashRevision) {}
