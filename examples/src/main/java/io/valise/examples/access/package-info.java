/** Which applications may talk to a server: a loopback manifest, and grants that can be revoked. */
@NullMarked
package io.valise.examples.access;

import org.jspecify.annotations.NullMarked;
