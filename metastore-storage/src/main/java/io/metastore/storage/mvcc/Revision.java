package io.metastore.storage.mvcc;

/** A point in the store's history: transaction {@code main}, and the change {@code sub} within it. */
public record Revision(long main, long sub) implements Comparable<Revision> {

    /** Before every change. */
    public static final Revision NONE = new Revision(0, 0);

    public Revision {
        if (main < 0 || sub < 0) {
            throw new IllegalArgumentException("negative revision: " + main + "." + sub);
        }
    }

    @Override
    public int compareTo(Revision that) {
        int byMain = Long.compare(main, that.main);
        return byMain != 0 ? byMain : Long.compare(sub, that.sub);
    }

    @Override
    public String toString() {
        return main + "." + sub;
    }
}
