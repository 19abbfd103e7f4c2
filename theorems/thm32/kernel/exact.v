(** Behind a loss that is not constant, a head whose image lies on a line has [H_eff = c I] on a given ball. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry elementary intervals quadratic.
From Geometry.thm32 Require Import necessary inverse.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** Let [L : R^k -> R] be C^2 and not constant, and [R0 > 0].  There are [c > 0], a point [u0], a direction [e] and a
    head [h : R^d -> R^k] such that for all [|z| < R0]: [h(z)] is the point [u0 + s e] of the line with
    [L(u0 + s e) = L(u0) + c/2 |z|^2], that is [h(z) = u0 + phi^(-1)(phi(0) + c/2 |z|^2) e] with
    [phi(s) = L(u0 + s e)]; [h] is C^2 near [z]; [H_eff = c I] at [z]; and the Gauss-Newton term there is
    a multiple of [g g^T] for a vector [g], so that its rank is at most 1.
    (A compact set lies in such a ball.  That networks come as close as one likes is not treated here.) *)
Theorem part_exact (d k : nat) (L : vec k -> R) (R0 : R) :
  (forall u, C2 L u) -> (exists x y, L x <> L y) -> 0 < R0 ->
  exists (c : R) (u0 e : vec k) (h : vec d -> vec k), 0 < c /\
  forall z, len z < R0 ->
    (exists s, h z = addv u0 (scalev s e) /\ L (h z) = L u0 + c / 2 * dot z z)
    /\ C2map h z
    /\ effective L h z = scalar_mat d c
    /\ exists (a : R) (g : vec d), gauss_newton L h z = fun i j => a * (g i * g j).
Proof.
move=> LC nonconst Rpos; have [x [e [s m2]]] := rises_somewhere LC nonconst.
pose phi s := L (segment x e s).
pose dphi s := dot (grad L (segment x e s)) e.
have D s : is_derive phi s (dphi s) := slope_is LC x e s.
have DD := curvature_is LC x e.
have C := @curvature_continuous k L LC x e.
rewrite -/(dphi s) in m2.
pose m := dphi s / 2; have m0 : 0 < m by rewrite /m; lra.
have cd : continuous dphi s by apply: ex_derive_continuous; eexists; exact: DD.
have [del Hdel] := cd _ (locally_ball (dphi s : R_UniformSpace) (mkposreal _ m0)); have del0 := cond_pos del.
pose s0 := s - del / 2; pose s1 := s + del / 2.
have slope t : s0 <= t <= s1 -> m <= dphi t.
  rewrite /s0 /s1 => tb.
  have b : ball s del t.
    by rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /=; apply: Rabs_def1; lra.
  have := Hdel t b; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => /Rabs_def2 [_].
  by rewrite /m; lra.
have s01 : s0 <= s1 by rewrite /s0 /s1; lra.
pose psi := local_inverse D s01 m0 slope.
pose start := phi s - phi s0; pose tp := top phi s0 s1.
have g1 := @local_growth phi dphi s0 s1 m D slope s0 s (Rle_refl s0).
have g2 := @local_growth phi dphi s0 s1 m D slope s s1.
have start0 : 0 < start.
  have : 0 < m * (s - s0) by apply: Rmult_lt_0_compat => //; rewrite /s0; lra.
  by have := g1 _ _; rewrite /start /s0 /s1; lra.
have start1 : 0 < tp - start.
  have : 0 < m * (s1 - s) by apply: Rmult_lt_0_compat => //; rewrite /s1; lra.
  by have := g2 _ _ (Rle_refl s1); rewrite /tp /top /start /s0 /s1; lra.
pose c := (tp - start) / (R0 * R0 + 1).
have R2 : 0 < R0 * R0 by apply: Rmult_lt_0_compat.
have c0 : 0 < c by apply: Rdiv_lt_0_compat; lra.
pose w (z : vec d) := bowl c zerov z + start.
have bz (z : vec d) : bowl c zerov z = c / 2 * dot z z.
  rewrite /bowl (_ : subv z zerov = z) //.
  by apply: functional_extensionality => i; rewrite /subv /zerov; ring.
have wb z : len z < R0 -> 0 < w z < tp.
  move=> zR; rewrite /w bz; have z0 := dot_ge0 z.
  have zz : dot z z < R0 * R0.
    by rewrite -len_sqr; have l0 := len_ge0 z; apply: Rmult_le_0_lt_compat.
  have k0 : 0 <= c / 2 * dot z z by apply: Rmult_le_pos; lra.
  have k1 : c / 2 * dot z z <= c / 2 * (R0 * R0) by apply: Rmult_le_compat_l; lra.
  have k2 : c * (R0 * R0) = (tp - start) - c by rewrite /c; field; lra.
  lra.
have wC z : C2 w z by apply: C2_plus; [exact: bowl_C2 | exact: C2_const].
have pC z : len z < R0 -> C2 (fun v => psi (w v)) z.
  move=> zR; apply: (C2_fun (s := psi) (f := w)) => //.
  exact: (local_inverse_C2 D DD C s01 m0 slope (wb z zR)).
pose u0 := segment x e s; pose h z := segment x e (psi (w z)).
have hE z : len z < R0 -> L (h z) = L u0 + c / 2 * dot z z.
  move=> zR; have := wb z zR => wz.
  have -> : L (h z) = phi s0 + w z by apply: local_inverseK; rewrite -/tp; lra.
  by rewrite /w bz /start /phi -/u0; ring.
exists c, u0, e, h; split=> // z zR.
have hC : C2map h z.
  by move=> a; apply: C2_plus; [exact: C2_const | apply: C2_mult; [exact: pC | exact: C2_const]].
split.
  exists (psi (w z) - s); split; last exact: hE.
  by apply: functional_extensionality => i; rewrite /h /u0 /segment /addv /scalev; ring.
split=> //; split.
  have close : near z (fun v => L (h v) = bowl c zerov v + L u0).
    have cl : cont (fun v : vec d => dot v v) z.
      by apply: C1_cont; apply: C1_sum => i; apply: C1_mult; exact: C1_coord.
    have zz : dot z z < R0 * R0 by rewrite -len_sqr; have l0 := len_ge0 z; apply: Rmult_le_0_lt_compat.
    have p : 0 < R0 * R0 - dot z z by lra.
    have := cl _ (locally_ball (dot z z : R_UniformSpace) (mkposreal _ p)).
    apply: near_imp => v; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => /Rabs_def2 [vb _].
    rewrite hE ?bz; first by ring.
    apply: Rnot_le_lt => le; have := Rmult_le_compat _ _ _ _ (Rlt_le _ _ Rpos) (Rlt_le _ _ Rpos) le le.
    by rewrite len_sqr; lra.
  apply: functional_extensionality => i; apply: functional_extensionality => j.
  rewrite /effective /scalar_mat -(hess_bowl c zerov z i j) /hess.
  apply: partial_ext_near; apply: near_imp (near_near close) => v nv.
  rewrite (partial_ext_near j nv).
  have := near_point (near_partial_plus j (C2_C1 (bowl_C2 c zerov v)) (C1_const (L u0) v)).
  by rewrite partial_const Rplus_0_r => ->.
pose g i := partial (fun v => psi (w v)) i z.
exists (form (hess L (h z)) e e), g.
have J a i : jac h z a i = g i * e a.
  rewrite /jac /comp /h /segment /addv /scalev.
  have C1p : C1 (fun v => psi (w v)) z by apply: C2_C1; exact: pC.
  have C1m : C1 (fun v => psi (w v) * e a) z by apply: C1_mult => //; exact: C1_const.
  rewrite -(near_point (near_partial_plus i (C1_const (x a) z) C1m)) partial_const Rplus_0_l.
  by rewrite -(near_point (near_partial_mult i C1p (C1_const (e a) z))) partial_const; rewrite /g; ring.
apply: functional_extensionality => i; apply: functional_extensionality => j.
rewrite /gauss_newton /mulm /tr /form /dot /mulv mull_sum; apply: eq_sum => a; rewrite J.
have -> : \sum_(b < k) (hess L (h z) a b * jac h z b j) = g j * \sum_(b < k) (hess L (h z) a b * e b).
  by rewrite mulr_sum; apply: eq_sum => b; rewrite J; ring.
ring.
Qed.

(** Behind a constant loss every C^2 head has [H_eff = 0]. *)
Theorem part_exact_constant (d k : nat) (b : R) (h : vec d -> vec k) (z : vec d) :
  effective (fun _ => b) h z = fun _ _ => 0.
Proof.
apply: functional_extensionality => i; apply: functional_extensionality => j.
by rewrite /effective /hess (partial_ext (g := fun=> 0)) ?partial_const => [//|y]; exact: partial_const.
Qed.

(** Behind a linear loss [L(u) = rho . u + b], a head that is affine near [z] (a ReLU head off its kinks) has
    [H_eff = 0] at [z]. *)
Theorem part_exact_linear (d k : nat) (rho : vec k) (b : R) (h : vec d -> vec k) (W : mat k d) (u0 : vec k) (z : vec d) :
  near z (fun y => h y = affine W u0 y) -> effective (fun u => dot rho u + b) h z = fun _ _ => 0.
Proof.
move=> E; apply: functional_extensionality => i; apply: functional_extensionality => j.
have C y : C1 (fun w : vec d => dot rho (affine W u0 w)) y.
  by apply: C1_comp; [apply: C2map_C1map; exact: C2_affine | apply: C2_C1; exact: C2_dot].
have G y : near y (fun w => h w = affine W u0 w) ->
    partial (fun w => dot rho (h w) + b) j y = mulv (tr W) rho j.
  move=> Ey; rewrite (partial_ext_near (g := fun w => dot rho (affine W u0 w) + b)); last by apply: near_imp Ey => w ->.
  rewrite -(near_point (near_partial_plus j (C y) (C1_const b y))) partial_const Rplus_0_r.
  rewrite -/(grad (fun w => dot rho (affine W u0 w)) y j) grad_dot_comp ?jac_affine //.
  by apply: C2map_C1map; exact: C2_affine.
rewrite /effective /hess (partial_ext_near (g := fun=> mulv (tr W) rho j)) ?partial_const //.
by apply: near_imp (near_near E) => y Ey; exact: G.
Qed.

(** The hypotheses are met by [L(u) = u_1]. *)
Lemma part_exact_met (r : nat) : let L (u : vec r.+1) := u ord0 in
  (forall u, C2 L u) /\ exists x y, L x <> L y.
Proof.
split; first by move=> u; exact: C2_coord.
by exists zerov, (kron ord0); rewrite /zerov /kron eqxx; lra.
Qed.
