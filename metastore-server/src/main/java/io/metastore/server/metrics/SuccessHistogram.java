package io.metastore.server.metrics;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How long something took, apart by whether it succeeded: label {@code success}. Either is shown from its first on. */
final class SuccessHistogram {
    private final Histograms family;
    private final String[] labels;
    private volatile @Nullable Histogram succeeded;
    private volatile @Nullable Histogram failed;

    SuccessHistogram(Histograms family, String... labels) {
        this.family = family;
        this.labels = labels;
    }

    Histogram of(boolean success) {
        Histogram known = success ? succeeded : failed;
        if (known != null) {
            return known;
        }
        String[] all = Arrays.copyOf(labels, labels.length + 2);
        all[labels.length] = "success";
        all[labels.length + 1] = Boolean.toString(success);
        Histogram made = family.of(all);
        if (success) {
            succeeded = made;
        } else {
            failed = made;
        }
        return made;
    }
}
