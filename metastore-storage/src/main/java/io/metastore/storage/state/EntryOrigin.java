package io.metastore.storage.state;

/**
 * Where an entry of the log comes from.
 *
 * @param memberId the member that took its commands and answers them
 * @param sequence that member's number of the first
 */
public record EntryOrigin(long memberId, long sequence) {}
