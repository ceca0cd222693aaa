package io.metastore.server.compat.differential;

/** The two sides do not say the same, or one breaks a promise that needs no other side to compare with. */
final class Difference extends AssertionError {

    private static final long serialVersionUID = 1L;

    Difference(String message) {
        super(message);
    }
}
