package io.valise.ipc;

/**
 * A rectangle in a plane. x and y may be any float; width and height are never negative and never NaN; the unit is the
 * application's. Immutable and safe for use by any thread.
 *
 * @param x distance of the left edge from the origin
 * @param y distance of the upper edge from the origin
 * @param width extent to the right, 0 or more
 * @param height extent downwards, 0 or more
 * @since 0.1.0
 */
public record Rect(float x, float y, float width, float height) {
    /** @throws IllegalArgumentException when width or height is negative or NaN */
    public Rect {
        Size.requireExtent("Rect.width", width);
        Size.requireExtent("Rect.height", height);
    }
}
