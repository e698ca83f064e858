package io.valise.ipc;

/**
 * A place in a plane. Any float is accepted, NaN and infinities included; the unit is the application's. Immutable and
 * safe for use by any thread.
 *
 * @param x distance from the origin to the right
 * @param y distance from the origin downwards
 * @since 0.1.0
 */
public record Point(float x, float y) {}
