package io.valise.ipc;

/**
 * An extent in a plane. Width and height are never negative and never NaN; infinity is allowed and means unbounded; the
 * unit is the application's. Immutable and safe for use by any thread.
 *
 * @param width extent to the right, 0 or more
 * @param height extent downwards, 0 or more
 * @since 0.1.0
 */
public record Size(float width, float height) {
    /** @throws IllegalArgumentException when width or height is negative or NaN */
    public Size {
        requireExtent("Size.width", width);
        requireExtent("Size.height", height);
    }

    static void requireExtent(String what, float extent) {
        if (!(extent >= 0)) {
            throw new IllegalArgumentException(what + ": limit=0 or more, actual=" + extent);
        }
    }
}
