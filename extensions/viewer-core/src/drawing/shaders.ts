/**
 * How things look: balls and sticks are flat cards that the fragment shader rounds, so that ten thousand of them cost
 * forty thousand corners and are smooth at any size. All share one light, fixed to the viewer. Colours are squared
 * before the light is added and the root is taken after: close to sRGB, and cheap where there is no graphics card.
 */

import { GLSL3, RawShaderMaterial } from 'three';

const LIGHT = `
precision highp float;
const vec3 KEY = vec3(-0.402, 0.549, 0.732);
const vec3 FILL = vec3(0.716, -0.447, 0.537);
vec3 lit(vec3 color, vec3 n, float gloss) {
  vec3 base = color * color;
  float key = max(dot(n, KEY), 0.0);
  float light = 0.30 + 0.78 * key + 0.16 * max(dot(n, FILL), 0.0);
  float shine = max(2.0 * dot(n, KEY) * n.z - KEY.z, 0.0);
  shine *= shine; shine *= shine; shine *= shine; shine *= shine;
  return sqrt(min(base * light + gloss * shine * shine, 1.0));
}`;

const CAMERA = `
precision highp float;
uniform mat4 modelViewMatrix;
uniform mat4 projectionMatrix;
bool flat_() { return projectionMatrix[3][3] == 1.0; }
vec3 towards(vec3 p) { return flat_() ? vec3(0.0, 0.0, 1.0) : normalize(-p); }`;

const DEPTH = `
uniform mat4 projectionMatrix;
float depthOf(float z) {
  float w = projectionMatrix[2][3] * z + projectionMatrix[3][3];
  return 0.5 + 0.5 * (projectionMatrix[2][2] * z + projectionMatrix[3][2]) / w;
}`;

const BALL_VERTEX = `${CAMERA}
in vec2 corner;
in vec3 center;
in float radius;
in vec3 tint;
in float pie;
uniform float uGrow;
out vec2 vCorner;
out vec3 vTint;
flat out vec3 vCenter;
flat out vec3 vRight;
flat out vec3 vUp;
flat out vec3 vFront;
flat out float vRadius;
flat out float vPie;
void main() {
  vec3 c = (modelViewMatrix * vec4(center, 1.0)).xyz;
  float r = radius + uGrow;
  vec3 front = towards(c);
  vec3 right = normalize(cross(vec3(0.0, 1.0, 0.0), front));
  vec3 up = cross(front, right);
  float d2 = dot(c, c);
  float wide = flat_() ? r : r * sqrt(d2 / max(d2 - r * r, 1e-6));
  vCorner = corner;
  vTint = tint;
  vCenter = c; vRight = right; vUp = up; vFront = front; vRadius = r; vPie = pie;
  gl_Position = projectionMatrix * vec4(c + wide * (corner.x * right + corner.y * up), 1.0);
}`;

const BALL_FRAGMENT = `${LIGHT}${DEPTH}
in vec2 vCorner;
in vec3 vTint;
flat in vec3 vCenter;
flat in vec3 vRight;
flat in vec3 vUp;
flat in vec3 vFront;
flat in float vRadius;
flat in float vPie;
#ifdef PIES
uniform sampler2D uPies;
vec3 slice() {
  float angle = fract(atan(vCorner.x, vCorner.y) / 6.2831853 + 1.0);
  ivec2 at = ivec2(0, int(vPie));
  vec4 share = texelFetch(uPies, at, 0);
  for (int k = 1; k < PIES && angle > share.a; k++) {
    share = texelFetch(uPies, ivec2(k, at.y), 0);
  }
  return share.rgb;
}
#endif
out vec4 color;
void main() {
  float r2 = dot(vCorner, vCorner);
  if (r2 > 1.0) discard;
#ifdef FLAT
  color = vec4(vTint, 1.0);
  gl_FragDepth = depthOf(vCenter.z);
#else
  float h = sqrt(1.0 - r2);
  vec3 n = vCorner.x * vRight + vCorner.y * vUp + h * vFront;
  vec3 base = vTint;
#ifdef PIES
  if (vPie >= 0.0) base = slice();
#endif
  color = vec4(lit(base, n, 0.42), 1.0);
  gl_FragDepth = depthOf(vCenter.z + vRadius * n.z);
#endif
}`;

const STICK_VERTEX = `${CAMERA}
in vec2 corner;
in vec3 start;
in vec3 stop;
in vec3 startTint;
in vec3 stopTint;
in float change;
uniform float uRadius;
out float vAcross;
out float vAlong;
out vec3 vSide;
out vec3 vFront;
out float vZ;
flat out vec3 vStartTint;
flat out vec3 vStopTint;
flat out float vChange;
void main() {
  vec3 a = (modelViewMatrix * vec4(start, 1.0)).xyz;
  vec3 b = (modelViewMatrix * vec4(stop, 1.0)).xyz;
  vec3 axis = normalize(b - a);
  vec3 p = mix(a, b, corner.y);
  vec3 eye = towards(p);
  vec3 side = cross(axis, eye);
  float size = length(side);
  side = size > 1e-4 ? side / size : vec3(1.0, 0.0, 0.0);
  vSide = side;
  vFront = cross(side, axis);
  vAcross = corner.x; vAlong = corner.y; vZ = p.z;
  vStartTint = startTint; vStopTint = stopTint; vChange = change;
  gl_Position = projectionMatrix * vec4(p + uRadius * corner.x * side, 1.0);
}`;

const STICK_FRAGMENT = `${LIGHT}${DEPTH}
in float vAcross;
in float vAlong;
in vec3 vSide;
in vec3 vFront;
in float vZ;
flat in vec3 vStartTint;
flat in vec3 vStopTint;
flat in float vChange;
uniform float uRadius;
out vec4 color;
void main() {
  float h = sqrt(max(1.0 - vAcross * vAcross, 0.0));
  vec3 n = vAcross * vSide + h * vFront;
  color = vec4(lit(vAlong < vChange ? vStartTint : vStopTint, n, 0.25), 1.0);
#ifdef ROUND
  gl_FragDepth = depthOf(vZ + uRadius * n.z);
#endif
}`;

const LINE_VERTEX = `${CAMERA}
in vec2 corner;
in vec3 start;
in vec3 stop;
uniform vec2 uSize;
uniform float uWidth;
uniform float uNearer;
void main() {
  vec4 a = projectionMatrix * modelViewMatrix * vec4(start, 1.0);
  vec4 b = projectionMatrix * modelViewMatrix * vec4(stop, 1.0);
  vec2 along = (b.xy / b.w - a.xy / a.w) * uSize;
  float size = length(along);
  along = size > 1e-4 ? along / size : vec2(1.0, 0.0);
  vec4 p = mix(a, b, corner.y);
  vec2 aside = vec2(-along.y, along.x) * corner.x + along * (corner.y * 2.0 - 1.0) * 0.5;
  p.xy += aside * uWidth / uSize * p.w;
  p.z -= uNearer * p.w;
  gl_Position = p;
}`;

const LINE_FRAGMENT = `
precision highp float;
uniform vec4 uColor;
out vec4 color;
void main() { color = vec4(uColor.rgb * uColor.a, uColor.a); }`;

const FACE_VERTEX = `${CAMERA}
in vec3 position;
in vec3 normal;
in vec4 tint;
out vec3 vNormal;
out vec3 vPlace;
out vec4 vTint;
void main() {
  vec4 p = modelViewMatrix * vec4(position, 1.0);
  vPlace = p.xyz;
  vNormal = mat3(modelViewMatrix) * normal;
  vTint = tint;
  gl_Position = projectionMatrix * p;
}`;

const FACE_FRAGMENT = `${LIGHT}
in vec3 vNormal;
in vec3 vPlace;
in vec4 vTint;
out vec4 color;
void main() {
  vec3 n = vNormal;
  if (dot(n, n) < 1e-8) n = cross(dFdx(vPlace), dFdy(vPlace));
  n = normalize(n);
  if (n.z < 0.0) n = -n;
  color = vec4(lit(vTint.rgb, n, 0.3) * vTint.a, vTint.a);
}`;

const ARROW_VERTEX = `${CAMERA}
in vec3 position;
in vec3 normal;
in float head;
in vec3 start;
in vec3 tip;
in vec3 tint;
uniform float uHead;
out vec3 vNormal;
out vec3 vTint;
void main() {
  vec3 along = tip - start;
  float size = length(along);
  vec3 axis = size > 1e-6 ? along / size : vec3(0.0, 0.0, 1.0);
  vec3 side = normalize(abs(axis.z) < 0.9 ? cross(axis, vec3(0.0, 0.0, 1.0)) : cross(axis, vec3(1.0, 0.0, 0.0)));
  vec3 other = cross(axis, side);
  float thin = min(1.0, size / (1.6 * uHead));
  float headLength = uHead * thin;
  float at = head > 0.5 ? size - headLength * (1.0 - position.z) : position.z * (size - headLength);
  vec3 p = start + axis * at + thin * (side * position.x + other * position.y);
  vNormal = mat3(modelViewMatrix) * (side * normal.x + other * normal.y + axis * normal.z);
  vTint = tint;
  gl_Position = projectionMatrix * modelViewMatrix * vec4(p, 1.0);
}`;

const ARROW_FRAGMENT = `${LIGHT}
in vec3 vNormal;
in vec3 vTint;
out vec4 color;
void main() { color = vec4(lit(vTint, normalize(vNormal), 0.03), 1.0); }`;

const SOURCES = {
  ball: [BALL_VERTEX, BALL_FRAGMENT],
  stick: [STICK_VERTEX, STICK_FRAGMENT],
  line: [LINE_VERTEX, LINE_FRAGMENT],
  face: [FACE_VERTEX, FACE_FRAGMENT],
  arrow: [ARROW_VERTEX, ARROW_FRAGMENT]
} as const;

/** Make a material of one of the five kinds. */
export function shader(
  kind: keyof typeof SOURCES,
  uniforms: Record<string, unknown> = {},
  defines: Record<string, unknown> = {}
): RawShaderMaterial {
  const [vertexShader, fragmentShader] = SOURCES[kind];
  return new RawShaderMaterial({
    glslVersion: GLSL3,
    vertexShader,
    fragmentShader,
    defines,
    uniforms: Object.fromEntries(Object.entries(uniforms).map(([name, value]) => [name, { value }]))
  });
}
