package io.valise.ipc.runtime;

import java.lang.module.ModuleDescriptor.Version;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Versions that a program can work with, written as Maven and OSGi do: {@code [1.2,2)} is 1.2 and all before 2, {@code
 * 1.2} is 1.2 and all after. A snapshot counts as the version it leads to. Immutable.
 *
 * @param lowest the lowest, empty for any
 * @param includesLowest whether that one is part of it
 * @param highest the highest, empty for any
 * @param includesHighest whether that one is part of it
 * @since 0.1.0
 */
public record VersionRange(
        Optional<Version> lowest, boolean includesLowest, Optional<Version> highest, boolean includesHighest) {
    private static final Pattern FORM = Pattern.compile("([\\[(])([^,\\[\\]()]*),([^,\\[\\]()]*)([\\])])");

    /** Without a bound there is none to include. */
    public VersionRange {
        includesLowest &= lowest.isPresent();
        includesHighest &= highest.isPresent();
    }

    /** Every version there is. */
    public static VersionRange any() {
        return new VersionRange(Optional.empty(), true, Optional.empty(), true);
    }

    /**
     * Reads {@code [1.2,2)}, {@code (,2]}, {@code [1.2,)} or {@code 1.2}.
     *
     * @throws IllegalArgumentException when it is none of these, or no version can be in it
     */
    public static VersionRange parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        boolean span = matcher.matches();
        if (!span && (text.isBlank() || text.matches(".*[,\\[\\]()].*"))) {
            throw new IllegalArgumentException(
                    "version range: expected one such as [1.2,2), or a lowest version, actual=\"" + text + '"');
        }
        VersionRange range = span
                ? new VersionRange(
                        bound(matcher.group(2)),
                        matcher.group(1).equals("["),
                        bound(matcher.group(3)),
                        matcher.group(4).equals("]"))
                : new VersionRange(bound(text), true, Optional.empty(), true);
        if (range.isEmpty()) {
            throw new IllegalArgumentException(
                    "version range: no version is in \"" + text + "\"; the lowest comes first, as in [1.2,2)");
        }
        return range;
    }

    private static Optional<Version> bound(String text) {
        return Optional.of(text.strip()).filter(bound -> !bound.isEmpty()).map(VersionRange::version);
    }

    private static Version version(String bound) {
        try {
            return Version.parse(bound);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "version range: expected versions such as 1.2, actual=\"" + bound + '"', e);
        }
    }

    /** Whether every version is one of these, an unknown one too. */
    boolean isAny() {
        return lowest.isEmpty() && highest.isEmpty();
    }

    private boolean isEmpty() {
        if (lowest.isEmpty() || highest.isEmpty()) {
            return false;
        }
        int order = lowest.get().compareTo(highest.get());
        return order > 0 || (order == 0 && !(includesLowest && includesHighest));
    }

    /** Whether a version is one of these. */
    public boolean contains(Version version) {
        Version release = release(version);
        int toLowest = lowest.map(release::compareTo).orElse(1);
        int toHighest = highest.map(release::compareTo).orElse(-1);
        return (toLowest > 0 || (toLowest == 0 && includesLowest))
                && (toHighest < 0 || (toHighest == 0 && includesHighest));
    }

    /** Whether a version that may not be known is one of these: an unknown one is one of {@link #any} alone. */
    boolean admits(Optional<Version> version) {
        return version.map(this::contains).orElseGet(this::isAny);
    }

    /**
     * The versions that keep what this one promises: from it on, up to the next one that may break the API, which before 1.0
     * is the next minor version, after it the next major one.
     *
     * @param version begins with a number
     * @throws IllegalArgumentException when it does not
     */
    public static VersionRange compatibleWith(Version version) {
        Version lowest = release(version);
        String[] parts = lowest.toString().split("\\.", -1);
        long major = Long.parseLong(parts[0]);
        String minor = parts.length < 2 ? "0" : parts[1].replaceFirst("[^0-9].*$", "");
        String next = major > 0 ? String.valueOf(major + 1) : "0." + (Long.parseLong(minor) + 1);
        return parse("[" + lowest + ',' + next + ')');
    }

    /** Before 1.0 a minor version may break the API, after it a major one. */
    static boolean fit(Version one, Version other) {
        String[] first = release(one).toString().split("\\.", -1);
        String[] second = release(other).toString().split("\\.", -1);
        boolean sameMajor = first[0].equals(second[0]);
        boolean sameMinor = (first.length < 2 ? "0" : first[1]).equals(second.length < 2 ? "0" : second[1]);
        return sameMajor && (!first[0].equals("0") || sameMinor);
    }

    /** What is left behind a separator would be no version. */
    private static Version release(Version version) {
        return Version.parse(version.toString().replaceFirst("(?<=[^.+-])-SNAPSHOT$", ""));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return (includesLowest ? "[" : "(")
                + lowest.map(Version::toString).orElse("")
                + ','
                + highest.map(Version::toString).orElse("")
                + (includesHighest ? ']' : ')');
    }
}
