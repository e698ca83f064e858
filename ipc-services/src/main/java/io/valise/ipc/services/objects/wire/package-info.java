/** How calls of remote objects become messages: one converter per declared type, one plan per method, made once. */
@NullMarked
package io.valise.ipc.services.objects.wire;

import org.jspecify.annotations.NullMarked;
