(** Gradient flow near a critical point of a convex function does not move away from it: affine heads, and ReLU
    heads inside a cell, behind a loss that is convex near the output. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth intervals real_functions.
From Geometry.thm41 Require Import layers collapse.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The function [f] is convex on a convex neighbourhood of [z]. *)
Definition convex_near (d : nat) (f : vec d -> R) (z : vec d) : Prop :=
  exists N : vec d -> Prop, near z N /\
    forall x y t, N x -> N y -> 0 <= t <= 1 ->
      N (addv x (scalev t (subv y x)))
      /\ f (addv x (scalev t (subv y x))) <= (1 - t) * f x + t * f y.

Lemma coordinate_len d (v : vec d) i : Rabs (v i) <= len v.
Proof.
rewrite -sqrt_Rsqr_abs /len; apply: sqrt_le_1_alt; rewrite /Rsqr /dot (bigD1 i) //=.
set r := \big[_/_]_(_ | _) _; suff : 0 <= r by lra.
by rewrite /r; elim/big_ind: _ => [|x y *|j _]; [lra | lra | exact: Rle_0_sqr].
Qed.

Lemma box_convex d (z : vec d) (e : posreal) x y t :
  (forall i, Rabs (x i - z i) < e) -> (forall i, Rabs (y i - z i) < e) -> 0 <= t <= 1 ->
  forall i, Rabs (addv x (scalev t (subv y x)) i - z i) < e.
Proof.
move=> xb yb tb i; have := xb i; have := yb i => /Rabs_def2 [y1 y2] /Rabs_def2 [x1 x2].
have -> : addv x (scalev t (subv y x)) i - z i = (1 - t) * (x i - z i) + t * (y i - z i).
  by rewrite /addv /scalev /subv; ring.
have [t0|t0] := Rle_lt_dec t 0; first by have -> : t = 0 by [lra]; apply: Rabs_def1; lra.
move: (x i - z i) (y i - z i) x1 x2 y1 y2 => X Y x1 x2 y1 y2.
have a1 := Rmult_lt_compat_l _ _ _ t0 y1; have a2 := Rmult_lt_compat_l _ _ _ t0 y2.
have b0 : 0 <= 1 - t by lra.
have b1 := Rmult_le_compat_l _ _ _ b0 (Rlt_le _ _ x1); have b2 := Rmult_le_compat_l _ _ _ b0 (Rlt_le _ _ x2).
by apply: Rabs_def1; lra.
Qed.

Lemma convex_near_ext d (f g : vec d -> R) z : near z (fun y => f y = g y) -> convex_near f z -> convex_near g z.
Proof.
move=> /nearP [e E] [N [Nz Nc]]; exists (fun y => N y /\ forall i, Rabs (y i - z i) < e); split.
  by apply: near_and => //; apply/nearP; exists e.
move=> x y t [Nx xb] [Ny yb] tb; have [Nxy c] := Nc x y t Nx Ny tb; have b := box_convex xb yb tb.
by split=> //; rewrite -!E.
Qed.

Lemma convex_near_affine d k (L : vec k -> R) (W : mat k d) b z :
  convex_near L (affine W b z) -> convex_near (fun y => L (affine W b y)) z.
Proof.
move=> [N [Nz Nc]]; exists (fun y => N (affine W b y)); split.
  by apply: map_near => // a; apply: C1_cont; apply: C2_C1; exact: C2_affine.
move=> x y t Nx Ny tb.
have -> : affine W b (addv x (scalev t (subv y x))) =
    addv (affine W b x) (scalev t (subv (affine W b y) (affine W b x))).
  apply: functional_extensionality => a; rewrite /affine mulvD mulvZ /addv /scalev /subv.
  have -> : mulv W (fun i => y i - x i) a = mulv W y a - mulv W x a.
    by rewrite /mulv -sumB; apply: eq_sum => j; ring.
  by ring.
exact: Nc.
Qed.

(** The gradient flow of a function that is C^1 and convex near a critical point [z] does not move away from [z]:
    the distance to [z] does not grow. *)
Theorem convex_flow_stays d (f : vec d -> R) (z : vec d) :
  convex_near f z -> C1 f z -> grad f z = zerov -> stays f z.
Proof.
move=> [N [Nz Nc]] fC g0.
have [e He] := (iffLR (nearP _ _)) (near_and Nz (C1_near fC)).
have mono y : (forall i, Rabs (y i - z i) < e) -> 0 <= dot (grad f y) (subv y z).
  move=> yb; have [Ny fy] := He y yb.
  have zb i : Rabs (z i - z i) < e by rewrite Rminus_eq_0 Rabs_R0; exact: cond_pos.
  have [Nz' fz] := He z zb.
  pose phi s := f (addv z (scalev s (subv y z))).
  have p0 : addv z (scalev 0 (subv y z)) = z by apply: functional_extensionality => i; rewrite /addv /scalev; ring.
  have p1 : addv z (scalev 1 (subv y z)) = y by apply: functional_extensionality => i; rewrite /addv /scalev /subv; ring.
  have vel s : has_velocity (fun s => addv z (scalev s (subv y z))) s (subv y z).
    by move=> i; rewrite /addv /scalev; auto_derive => //; ring.
  have D0 : is_derive phi 0 0.
    by have := @chain_rule d f _ 0 _ _ (vel 0); rewrite p0 g0 dot0l; apply.
  have D1 : is_derive phi 1 (dot (grad f y) (subv y z)).
    by have := @chain_rule d f _ 1 _ _ (vel 1); rewrite p1; apply.
  have c01 t : 0 <= t <= 1 -> phi t <= (1 - t) * f z + t * f y by move=> tb; case: (Nc z y t Nz' Ny tb).
  have a := @tangent_line phi 0 1 0 D0; have b := @tangent_line phi 1 0 _ D1.
  have {}a : phi 0 + 0 * (1 - 0) <= phi 1.
    by apply: a => t tb; rewrite /phi p0 p1 (_ : 0 + t * (1 - 0) = t); [exact: c01 | ring].
  have {}b : phi 1 + dot (grad f y) (subv y z) * (0 - 1) <= phi 0.
    apply: b => t tb; rewrite {2 3}/phi p0 p1 (_ : 1 + t * (0 - 1) = 1 - t); last by ring.
    have := c01 (1 - t); lra.
  lra.
move=> eps eps0; pose r := Rmin eps e; have r0 : 0 < r by apply: Rmin_pos => //; exact: cond_pos.
exists r; split=> // gamma T fl start.
pose Q t := dot (subv (gamma t) z) (subv (gamma t) z).
pose dQ t := 2 * dot (subv (gamma t) z) (scalev (-1) (grad f (gamma t))).
have DQ t : 0 <= t <= T -> is_derive Q t (dQ t).
  move=> tb; have [_ vel] := fl t tb; rewrite /dQ /dot mulr_sum; apply: is_derive_sum => i.
  have D : is_derive (fun s => gamma s i - z i) t (scalev (-1) (grad f (gamma t)) i).
    rewrite -[scalev _ _ i]Rminus_0_r; apply: (is_derive_minus (fun s => gamma s i)); [exact: vel | exact: is_derive_const].
  have := is_derive_mult _ _ _ _ _ D D Rmult_comm; rewrite /plus /mult /= => E.
  have -> : 2 * (subv (gamma t) z i * scalev (-1) (grad f (gamma t)) i) =
    scalev (-1) (grad f (gamma t)) i * (gamma t i - z i) + (gamma t i - z i) * scalev (-1) (grad f (gamma t)) i.
    by rewrite /subv; ring.
  exact: E.
have small t : Q t < r * r -> len (subv (gamma t) z) < r.
  rewrite /Q -len_sqr => lt; apply: Rnot_le_lt => le.
  by have := Rmult_le_compat _ _ _ _ (Rlt_le _ _ r0) (Rlt_le _ _ r0) le le; lra.
have down t : 0 <= t <= T -> Q t < r * r -> dQ t <= 0.
  move=> tb /small lt; rewrite /dQ dotZr dotC.
  suff : 0 <= dot (grad f (gamma t)) (subv (gamma t) z) by lra.
  apply: mono => i; apply: Rle_lt_trans (coordinate_len (subv (gamma t) z) i) _.
  by apply: Rlt_le_trans lt _; exact: Rmin_r.
have Q0 : Q 0 < r * r.
  rewrite /Q -len_sqr; have l0 := len_ge0 (subv (gamma 0) z).
  by apply: Rmult_le_0_lt_compat.
move=> t tb; have := barrier DQ down Q0 tb => Qt.
apply: Rlt_le_trans (_ : r <= _); last by apply: Rmin_l.
by apply: small; lra.
Qed.

(** If [z] is critical, [J_h^T rho = 0], behind an affine head [h(y) = W y + b] and a loss [L] that is C^2 near
    [h(z)] and convex on a convex neighbourhood of it, gradient flow of [L o h] near [z] does not move away
    from [z].  (The fourth sentence of the part.) *)
Theorem part_affine_flow (d k : nat) (L : vec k -> R) (W : mat k d) (b : vec k) (z : vec d) :
  C2 L (affine W b z) -> critical L (affine W b) z -> convex_near L (affine W b z) ->
  stays (fun y => L (affine W b y)) z.
Proof.
move=> LC crit conv; have aC : C1map (affine W b) z by apply: C2map_C1map; exact: C2_affine.
apply: convex_flow_stays.
- exact: convex_near_affine.
- by apply: C1_comp => //; exact: C2_C1.
- by rewrite grad_comp //; exact: C2_C1.
Qed.

(** Reading `1-non-repelling-convex`: with a linear (affine) head and [L] convex near [h(z)], gradient flow
    that starts near a critical collapse [z] does not move away from it. *)
Theorem reading_1_non_repelling_convex (X : Type) (d k : nat) (enc : X -> vec d) (L : vec k -> R)
    (W : mat k d) (b : vec k) (z : vec d) :
  C2 L (affine W b z) -> collapsed enc z -> grad L (affine W b z) <> zerov ->
  critical L (affine W b) z -> convex_near L (affine W b z) ->
  stays (fun y => L (affine W b y)) z.
Proof. by move=> LC _ _; exact: part_affine_flow. Qed.

(** The head [h] coincides near [z] with an affine map: [z] lies inside a cell on which it is affine. *)
Definition inside_cell (d k : nat) (h : vec d -> vec k) (z : vec d) : Prop :=
  exists (W : mat k d) (b : vec k), near z (fun y => h y = affine W b y).

(** Reading `relu-non-repelling-convex`: with a ReLU head, [z] off its kinks and [L] convex near [h(z)],
    gradient flow that starts near a critical collapse [z] does not move away from it. *)
Theorem reading_relu_non_repelling_convex (X : Type) (d k : nat) (enc : X -> vec d) (L : vec k -> R)
    (N : layers k d) (z : vec d) :
  let h := head relu N in
  C2 L (h z) -> collapsed enc z -> grad L (h z) <> zerov -> critical L h z ->
  inside_cell h z -> convex_near L (h z) -> stays (fun y => L (h y)) z.
Proof.
move=> h LC _ _ crit [W [b E]] conv; have hz := near_point E.
rewrite hz in LC conv.
have crit' : critical L (affine W b) z.
  rewrite /critical -crit /critical -hz; congr (mulv (tr _) _).
  apply: functional_extensionality => a; apply: functional_extensionality => i.
  by apply: partial_ext_near; apply: near_imp E => y e; rewrite /comp e.
have aC : C1map (affine W b) z by apply: C2map_C1map; exact: C2_affine.
have E' : near z (fun y => L (affine W b y) = L (h y)) by apply: near_imp E => y ->.
have C : C1 (fun y => L (affine W b y)) z by apply: C1_comp => //; exact: C2_C1.
apply: convex_flow_stays.
- by apply: convex_near_ext E' _; exact: convex_near_affine.
- exact: C1_ext_near E' C.
- apply: functional_extensionality => i; rewrite /grad -(partial_ext_near i E').
  by rewrite -/(grad (fun y => L (affine W b y)) z i) grad_comp //; [rewrite crit' | exact: C2_C1].
Qed.
