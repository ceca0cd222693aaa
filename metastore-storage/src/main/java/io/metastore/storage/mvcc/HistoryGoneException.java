package io.metastore.storage.mvcc;

/** A record that a reader needs was erased: the compact mark has passed the reader. Never leaves the package. */
final class HistoryGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    HistoryGoneException(Head head) {
        super("the record of %s is erased".formatted(head), null, false, false);
    }
}
