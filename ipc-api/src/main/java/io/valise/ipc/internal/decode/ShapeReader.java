package io.valise.ipc.internal.decode;

import io.valise.ipc.Point;
import io.valise.ipc.Rect;
import io.valise.ipc.Size;
import io.valise.ipc.internal.cbor.CborTags;

/** Points, sizes and rectangles from the numbers that they are made of. */
final class ShapeReader {
    private ShapeReader() {}

    static Object shape(int type, float[] numbers, ByteWindow window) {
        int wanted = type == CborTags.RECT ? 4 : 2;
        if (numbers.length != wanted) {
            throw window.malformed(
                    "numbers of a point, size or rectangle: limit=" + wanted + ", actual=" + numbers.length);
        }
        return switch (type) {
            case CborTags.POINT -> new Point(numbers[0], numbers[1]);
            case CborTags.SIZE -> size(numbers, 0, window);
            default -> rect(numbers, 0, window);
        };
    }

    static Object shapes(int type, float[] numbers, ByteWindow window) {
        int each = type == CborTags.RECT_ARRAY ? 4 : 2;
        if (numbers.length % each != 0) {
            throw window.malformed("numbers of points, sizes or rectangles: limit=a multiple of " + each + ", actual="
                    + numbers.length);
        }
        return switch (type) {
            case CborTags.POINT_ARRAY -> points(numbers);
            case CborTags.SIZE_ARRAY -> sizes(numbers, window);
            default -> rects(numbers, window);
        };
    }

    private static Point[] points(float[] numbers) {
        Point[] points = new Point[numbers.length / 2];
        for (int i = 0; i < points.length; i++) {
            points[i] = new Point(numbers[2 * i], numbers[2 * i + 1]);
        }
        return points;
    }

    private static Size[] sizes(float[] numbers, ByteWindow window) {
        Size[] sizes = new Size[numbers.length / 2];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = size(numbers, 2 * i, window);
        }
        return sizes;
    }

    private static Rect[] rects(float[] numbers, ByteWindow window) {
        Rect[] rects = new Rect[numbers.length / 4];
        for (int i = 0; i < rects.length; i++) {
            rects[i] = rect(numbers, 4 * i, window);
        }
        return rects;
    }

    private static Size size(float[] numbers, int at, ByteWindow window) {
        checkExtent(numbers[at], window);
        checkExtent(numbers[at + 1], window);
        return new Size(numbers[at], numbers[at + 1]);
    }

    private static Rect rect(float[] numbers, int at, ByteWindow window) {
        checkExtent(numbers[at + 2], window);
        checkExtent(numbers[at + 3], window);
        return new Rect(numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]);
    }

    private static void checkExtent(float extent, ByteWindow window) {
        if (!(extent >= 0)) {
            throw window.malformed("width or height: limit=0 or more, actual=" + extent);
        }
    }
}
